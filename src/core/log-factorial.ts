const smallLogFactorials = Array.from({ length: 16 }, (_, count) => {
  let product = 1;
  for (let factor = 2; factor <= count; factor++) product *= factor;
  return Math.log(product);
});

/** log(count!), by Stirling's series from 16 on (error below 1e-12). */
export function logFactorial(count: number): number {
  if (count < 16) return smallLogFactorials[count];
  const x = count + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
