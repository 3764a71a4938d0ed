/** What a model can be saved as. */
export type ModelKind = "json" | "torch" | "npz" | "safetensors" | "zoo";

/** The kinds of file in the order in which they are offered. `writeModel` goes by the ending. */
export const modelKinds: readonly { readonly value: ModelKind; readonly title: string; readonly ending: string }[] = [
  { value: "json", title: "SLNet (.json)", ending: ".slnet.json" },
  { value: "torch", title: "PyTorch (.pt)", ending: ".slnet.pt" },
  { value: "npz", title: "NumPy (.npz)", ending: ".slnet.npz" },
  { value: "safetensors", title: "safetensors", ending: ".slnet.safetensors" },
  { value: "zoo", title: "BioImage Model Zoo (.zip)", ending: ".bioimage.zip" },
];

/** End of the name of such a file. */
export function modelEnding(kind: ModelKind): string {
  return modelKinds.find(({ value }) => value === kind)?.ending ?? ".slnet.json";
}
