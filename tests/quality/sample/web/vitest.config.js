export default { test: { globals: true, include: ['test/**/*.test.js'] } };
