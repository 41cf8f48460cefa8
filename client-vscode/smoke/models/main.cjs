/** A model of the editor's own, for the smoke test: it counts words, slowly, and writes down when it is stopped. */
const { appendFileSync } = require("node:fs");
const { lm, LanguageModelTextPart } = require("vscode");

const PARROT = { id: "parrot", name: "Parrot", family: "parrot", version: "1", maxInputTokens: 50_000, maxOutputTokens: 4_000, capabilities: {} };

exports.activate = (context) => {
  const provider = {
    provideLanguageModelChatInformation: () => [PARROT],
    provideTokenCount: async (_model, given) => String(given).length,
    provideLanguageModelChatResponse: async (_model, _messages, _options, progress, token) => {
      for (let number = 1; number <= 600; number += 1) {
        if (token.isCancellationRequested) {
          appendFileSync(process.env.SMOKE_STOPPED, "stopped\n");
          return;
        }
        progress.report(new LanguageModelTextPart(`word${number} `));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
  context.subscriptions.push(lm.registerLanguageModelChatProvider("smoke", provider));
};
