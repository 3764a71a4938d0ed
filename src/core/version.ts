/** Version of the package, written into models and stacks. A test holds it equal to package.json. */
export const slnetWebVersion = "0.1.0";
