/** Keeps secrets out of the log: at its level Trace the client writes whole messages, `initialize` with the key too. */

/** `channel`, but with every secret in what is written to it replaced. `secrets` is asked each time: keys change. */
export function redacting<Channel extends object>(channel: Channel, secrets: () => readonly string[]): Channel {
  // Of an empty object: a proxy of a frozen one, as VS Code's are, may not answer anything but what is there.
  return new Proxy({} as Channel, {
    get(_, name) {
      const value: unknown = Reflect.get(channel, name, channel);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) =>
        (value as (...given: unknown[]) => unknown).apply(
          channel,
          given.map((item) => clean(item, secrets())),
        );
    },
  });
}

function clean(item: unknown, secrets: readonly string[]): unknown {
  if (typeof item === "string") return secrets.reduce(without, item);
  if (item instanceof Error) return secrets.reduce(without, item.stack ?? item.message);
  return item;
}

function without(text: string, secret: string): string {
  if (secret === "") return text;
  return text.replaceAll(secret, "[secret]").replaceAll(JSON.stringify(secret).slice(1, -1), "[secret]");
}
