export default {
  testDir: './e2e',
  retries: 1,
  workers: 1,
  reporter: [['junit', { outputFile: process.env.JUNIT || 'playwright.xml' }]],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
  projects: [{ name: 'desktop' }, { name: 'phone' }],
};
