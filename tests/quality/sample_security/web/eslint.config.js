export default [
  {
    files: ["**/*.js"],
    rules: {
      "no-unused-vars": "error",
      eqeqeq: "warn",
      "no-debugger": "error",
      "no-eval": "error",
      "no-var": "warn",
    },
  },
];
