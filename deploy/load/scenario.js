// The load that the service must bear: three plateaus of users who look whether it lives, look what
// there is, detect, and wait a second.
//
//   k6 run -e BASE_URL=https://api.example.com -e EMAIL=… -e PASSWORD=… deploy/load/scenario.js
//
// USERS (300) is the highest plateau, PACE (1) how many times faster than the 23 minutes it goes.
// The account's requests are limited as anybody's: raise its organisation's quota for the time, or
// run the server with RATE_LIMIT_ENABLED=false.
import http from "k6/http";
import { check, sleep } from "k6";
import { Rate } from "k6/metrics";

const BASE_URL = __ENV.BASE_URL;
const USERS = Number(__ENV.USERS || 300);
const PACE = Number(__ENV.PACE || 1);
const errors = new Rate("errors");

const minutes = (count) => `${Math.max(1, Math.round((count * 60) / PACE))}s`;
const users = (share) => Math.max(1, Math.round(USERS * share));

export const options = {
  insecureSkipTLSVerify: __ENV.INSECURE === "true",
  stages: [
    { duration: minutes(2), target: users(1 / 3) },
    { duration: minutes(5), target: users(1 / 3) },
    { duration: minutes(2), target: users(2 / 3) },
    { duration: minutes(5), target: users(2 / 3) },
    { duration: minutes(2), target: users(1) },
    { duration: minutes(5), target: users(1) },
    { duration: minutes(2), target: 0 },
  ],
  thresholds: {
    http_req_duration: ["p(95)<1000"],
    http_req_failed: ["rate<0.1"],
    errors: ["rate<0.1"],
    checks: [`rate>=${__ENV.CHECKS || 0.9}`],
  },
};

const json = (authorization) => ({
  headers: { "Content-Type": "application/json", Authorization: authorization },
});

// An API key, because it outlasts any run; a session's token does not.
export function setup() {
  const account = JSON.stringify({ email: __ENV.EMAIL, password: __ENV.PASSWORD });
  const login = http.post(`${BASE_URL}/api/v1/auth/login`, account, json(""));
  if (login.status !== 200) {
    throw new Error(`login: ${login.status} ${login.body}`);
  }
  const session = `Bearer ${login.json("access_token")}`;
  const wish = JSON.stringify({ name: "load", scopes: ["read", "detect"] });
  const made = http.post(`${BASE_URL}/api/v1/api-keys`, wish, json(session));
  if (made.status !== 201) {
    throw new Error(`API key: ${made.status} ${made.body}`);
  }
  return { session, key: `Bearer ${made.json("key")}`, id: made.json("id") };
}

export default function (data) {
  const caller = json(data.key);
  const health = http.get(`${BASE_URL}/health`, caller);
  errors.add(!check(health, {
    "health status is 200": (it) => it.status === 200,
    "health response time < 500ms": (it) => it.timings.duration < 500,
  }));

  const detectors = http.get(`${BASE_URL}/api/v1/detectors`, caller);
  errors.add(!check(detectors, {
    "API status is 200": (it) => it.status === 200,
    "API response time < 1000ms": (it) => it.timings.duration < 1000,
  }));

  const table = JSON.stringify({
    data: [
      [1.0, 2.0, 3.0, 4.0, 5.0],
      [2.0, 3.0, 4.0, 5.0, 6.0],
      [3.0, 4.0, 5.0, 6.0, 7.0],
    ],
    detector_type: "isolation_forest",
  });
  const detection = http.post(`${BASE_URL}/api/v1/detect`, table, caller);
  errors.add(!check(detection, {
    "detection status is 200": (it) => it.status === 200,
    "detection response time < 2000ms": (it) => it.timings.duration < 2000,
    "detection has results": (it) => it.status === 200 && it.json("results").length === 3,
  }));
  sleep(1);
}

export function teardown(data) {
  http.del(`${BASE_URL}/api/v1/api-keys/${data.id}`, null, json(data.session));
  http.post(`${BASE_URL}/api/v1/auth/logout`, null, json(data.session));
}
