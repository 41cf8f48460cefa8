/** Bundles the extension into out/extension.js. VS Code provides `vscode`; everything else goes in. */
import { build } from "esbuild";

await build({
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
});
