import http from 'k6/http';
import { check } from 'k6';

export const options = {
  vus: 2,
  iterations: 20,
  thresholds: { http_req_failed: ['rate<0.01'] },
};

export default function () {
  check(http.get(`${__ENV.BASE}/flaky`), { 'is 200': (r) => r.status === 200 });
}
