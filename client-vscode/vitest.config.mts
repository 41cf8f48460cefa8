/** Unit tests run without VS Code: a file that imports `vscode` cannot be loaded here, and none of the tests does. */
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["tests/**/*.test.ts"], environment: "node" } });
