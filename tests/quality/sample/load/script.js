import http from 'k6/http';
import { check, group } from 'k6';

export const options = {
  vus: 2,
  iterations: 40,
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'count'],
  thresholds: {
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<2000', 'p(99)<1'],
  },
};

const base = __ENV.BASE;

export default function () {
  group('front', () => {
    check(http.get(`${base}/`), { 'is 200': (r) => r.status === 200 });
  });
  check(http.get(`${base}/flaky`), { 'flaky is 200': (r) => r.status === 200 });
}

export function handleSummary(data) {
  return { [__ENV.SUMMARY]: JSON.stringify(data) };
}
