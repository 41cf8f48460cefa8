/** How code actions are named in VS Code, which lists those of all extensions together. Knows no VS Code. */

interface Action {
  readonly title: string;
  readonly command?: unknown;
}

/** An action that runs a command of ours, with our name in front: it asks a model, and the user should see whose it is. */
export function named<Given extends Action>(action: Given): Given {
  return action.command === undefined ? action : Object.assign(action, { title: `Sightline: ${action.title}` });
}
