// So many detections a second, whatever becomes of them; not one may fail. Several servers, separated
// by commas, are asked in turn.
import http from "k6/http";
import { check } from "k6";

const servers = __ENV.BASE_URL.split(",");

export const options = {
  insecureSkipTLSVerify: true,
  scenarios: {
    steady: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE),
      timeUnit: "1s",
      duration: `${__ENV.SECONDS}s`,
      preAllocatedVUs: 400,
      maxVUs: 400,
    },
  },
  thresholds: { checks: ["rate>=1"] },
};

export default function () {
  const table = JSON.stringify({ data: [[1, 2], [2, 1], [9, 9]], seed: __ITER });
  const answer = http.post(`${servers[__ITER % servers.length]}/api/v1/detect`, table, {
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${__ENV.TOKEN}` },
  });
  if (!check(answer, { answered: (it) => it.status === 200 })) {
    console.error(`${answer.status} ${answer.error} ${answer.body}`);
  }
}
