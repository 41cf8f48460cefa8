/** A server that ends by itself comes back, but not for ever. */
import { expect, it } from "vitest";
import { Restarts } from "../src/restarts";

it("leaves a server alone that never ran: it would end again at once", () => {
  expect(new Restarts().again(0)).toBe(false);
});

it("starts a server again that ran, four times in three minutes", () => {
  const restarts = new Restarts();
  const answers = [0, 1_000, 2_000, 3_000, 4_000].map((now) => {
    restarts.running();
    return restarts.again(now);
  });
  expect(answers).toEqual([true, true, true, true, false]);
  expect(restarts.gaveUp).toBe(true);
  restarts.running();
  expect(restarts.gaveUp).toBe(false);
  expect(restarts.again(200_000)).toBe(true);
});

it("gives up on a restart that does not come up", () => {
  const restarts = new Restarts();
  restarts.running();
  expect([restarts.again(0), restarts.again(10)]).toEqual([true, false]);
});
