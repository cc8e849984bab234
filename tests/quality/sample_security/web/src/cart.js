import fs from "fs";

export function pay(amount) {
  var unused = 1;
  if (amount == null) { debugger; }
  return eval("amount");
}

// eslint-disable-next-line no-eval
export const accepted = () => eval("1")
