/** The addresses of the catalogues, which the build makes of en.ts and ko.ts. */

declare module "virtual:catalogue/*" {
  const address: string;
  export default address;
}
