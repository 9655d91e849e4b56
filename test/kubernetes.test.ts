import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inspectConfig } from '../src/config.ts';
import { daemonApp } from '../src/http/daemon-app.ts';
import { SECRETS } from '../src/secret-files.ts';

const FOLDER = join(import.meta.dirname, '../docs/kubernetes');
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested.
const read = (path: string): any => parse(readFileSync(join(FOLDER, path), 'utf8'));

const kustomization = read('kustomization.yaml');
const deployment = read('deployment.yaml');
const { spec: pod } = deployment.spec.template;
const [container] = pod.containers;
const LABELS = { 'app.kubernetes.io/name': 'pylon-sync' };

test('the kustomization names every manifest, and each selects the pods of the deployment', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
  expect([...kustomization.resources].sort()).toEqual(files.sort());
  expect(deployment.spec.template.metadata.labels).toEqual(LABELS);
  for (const selector of [
    deployment.spec.selector.matchLabels,
    pod.topologySpreadConstraints[0].labelSelector.matchLabels,
    read('service.yaml').spec.selector,
    read('pod-disruption-budget.yaml').spec.selector.matchLabels,
    read('network-policy.yaml').spec.podSelector.matchLabels,
    read('prometheus/pod-monitor.yaml').spec.selector.matchLabels,
  ])
    expect(selector).toEqual(LABELS);
});

test('a rolling update ends one process before it begins another, and waits for no first read', () => {
  expect(deployment.spec.replicas).toBe(2);
  expect(deployment.spec.strategy.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz?standby=ok', port: 'http' });
});

test('the variables are ones that the program reads, and secrets come as files of the mounted folder', () => {
  const literals: string[] = kustomization.configMapGenerator[0].literals;
  const given = Object.fromEntries(literals.map((literal) => literal.split(/=(.*)/s).slice(0, 2)));
  for (const { name, value } of container.env as { name: string; value: string }[]) {
    const secret = SECRETS.find((one) => `${one}_FILE` === name);
    if (secret === undefined) given[name] = value;
    else expect(value.startsWith(`${container.volumeMounts[0].mountPath}/`)).toBe(true);
  }
  const { problems, warnings } = inspectConfig(given, { token: false });
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  expect(given.PYLON_SYNC_HTTP).toBe(`:${container.ports[0].containerPort}`);
});

test('the container has no more rights than the image needs, and memory for what is promised', () => {
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(container.resources.limits).toEqual({ memory: '256Mi' });
});

test('each probe and monitor asks for a path that the port has', async () => {
  const paths = [
    container.livenessProbe.httpGet.path,
    container.readinessProbe.httpGet.path,
    read('prometheus/pod-monitor.yaml').spec.podMetricsEndpoints[0].path,
  ];
  const routes = new Set(daemonApp({ hosts: [] } as never).routes.map(({ path }) => path));
  for (const path of paths) expect(routes).toContain(String(path).replace(/\?.*/, ''));
});
