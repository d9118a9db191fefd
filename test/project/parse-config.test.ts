import { homedir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatProblem } from '../../src/errors.ts';
import { parseConfig } from '../../src/project/parse-config.ts';

const parse = (text: string) => parseConfig(text, 'coreship.yaml', '/project');
const problemsOf = (text: string) => parse(text).problems.map(formatProblem);

/** A project with one service `web`; the lines given are keys of it. */
const web = (...lines: readonly string[]) =>
  ['name: p', 'services:', '  web:', '    image: web', ...lines.map((line) => `    ${line}`)].join('\n');

/** A project with a registered service, and load balancers whose `loadBalancer` is given. */
const balanced = (...balancers: readonly string[]) =>
  [
    web('ports: [container: 80]', 'registration: {}'),
    ...balancers.map(
      (written, index) =>
        `  lb${index}: {image: a, template: false, ports: [container: 80], loadBalancer: ${written}}`,
    ),
  ].join('\n');

/** A project with one cluster `c`; the lines given are keys of it. */
const cluster = (...lines: readonly string[]) =>
  ['name: p', 'clusters:', '  c:', ...lines.map((line) => `    ${line}`)].join('\n');

describe('problems of coreship.yaml', () => {
  const rows: readonly { name: string; text: string; problems: readonly string[] }[] = [
    {
      name: 'unknown key with a near one',
      text: 'name: p\nservices:\n  web:\n    imag: web\n    image: web',
      problems: ['coreship.yaml:4:5 services.web: unknown key "imag" (did you mean "image"?)'],
    },
    {
      name: 'unknown key with none near',
      text: 'name: p\nregistry:\n  colour: red',
      problems: ['coreship.yaml:3:3 registry: unknown key "colour" (known are "api", "key")'],
    },
    {
      name: 'unknown key at the top and in a list',
      text: `${web('ports:', '  - containr: 80', '    container: 80')}\nservice: {}`,
      problems: [
        'coreship.yaml:6:9 services.web.ports[0]: unknown key "containr" (did you mean "container"?)',
        'coreship.yaml:8:1: unknown key "service" (did you mean "services"?)',
      ],
    },
    {
      name: 'missing key of a service',
      text: 'name: p\nservices:\n  web:\n    template: true',
      problems: ['coreship.yaml:3:3 services.web: missing key "image"'],
    },
    {
      name: 'missing key of a list entry, and of the file',
      text: 'services:\n  web:\n    image: a\n    ports:\n      - host: 80',
      problems: [
        'coreship.yaml:1:1: missing key "name"',
        'coreship.yaml:5:9 services.web.ports[0]: missing key "container"',
      ],
    },
    {
      name: 'text where a list is meant',
      text: web('command: sleep 1'),
      problems: ['coreship.yaml:5:14 services.web.command: expected a list, got "sleep 1"'],
    },
    {
      name: 'number where text is meant',
      text: web('environment:', '  PORT: 80'),
      problems: [
        'coreship.yaml:6:13 services.web.environment.PORT: expected text, got 80 (write it in quotes)',
      ],
    },
    {
      name: 'text where true or false is meant',
      text: web('template: yes'),
      problems: ['coreship.yaml:5:15 services.web.template: expected true or false, got "yes"'],
    },
    {
      name: 'fraction where a whole number is meant',
      text: web('startTimeout: 1.5'),
      problems: ['coreship.yaml:5:19 services.web.startTimeout: expected a whole number, got 1.5'],
    },
    {
      name: 'nothing where a service is meant',
      text: 'name: p\nservices:\n  web:\n',
      problems: ['coreship.yaml:3:3 services.web: expected a map of keys, got nothing'],
    },
    {
      name: 'an empty file',
      text: '',
      problems: ['coreship.yaml:1:1: expected a map of keys, got nothing'],
    },
    {
      name: 'no such choice',
      text: web('pull: allways', 'runtime: lxc'),
      problems: [
        'coreship.yaml:5:11 services.web.pull: must be "missing" or "always", got "allways" (did you mean "always"?)',
        'coreship.yaml:6:14 services.web.runtime: must be "docker" or "podman", got "lxc"',
      ],
    },
    {
      name: 'no port',
      text: web('ports:', '  - {container: 0, host: 70000}', '  - {container: 80, host: web}'),
      problems: [
        'coreship.yaml:6:21 services.web.ports[0].container: must be a port number from 1 to 65535, got 0',
        'coreship.yaml:6:30 services.web.ports[0].host: must be a port number from 1 to 65535, got 70000',
        'coreship.yaml:7:31 services.web.ports[1].host: must be a port number from 1 to 65535, or "instance", got "web"',
      ],
    },
    {
      name: 'seconds out of bounds',
      text: web('drain: -1'),
      problems: ['coreship.yaml:5:12 services.web.drain: must be 0 to 3600 seconds, got -1'],
    },
    {
      name: 'a value that is no image, pair, pattern or path',
      text: web(
        'placement: {metadata: [ssd], conflicts: ["a b"]}',
        'ports: [container: 80]',
        'registration: {path: "/a b"}',
      ).replace('image: web', 'image: $(id)'),
      problems: [
        'coreship.yaml:4:12 services.web.image: must be an image reference such as "example/apache:1.2", got "$(id)"',
        'coreship.yaml:5:28 services.web.placement.metadata[0]: must be a pair "key=value" of machine metadata, got "ssd"',
        'coreship.yaml:5:46 services.web.placement.conflicts[0]: must be a unit name pattern such as "apache@*.service", got "a b"',
        'coreship.yaml:7:26 services.web.registration.path: must be a path that begins with "/", without spaces and quotes, got "/a b"',
      ],
    },
    {
      name: 'line breaks',
      text: web('command: ["a\\nb"]', 'environment: {A: "\\0"}'),
      problems: [
        'coreship.yaml:5:15 services.web.command[0]: must be one line without control characters, got "a\\nb"',
        'coreship.yaml:6:22 services.web.environment.A: must be one line without control characters, got "\\u0000"',
      ],
    },
    {
      name: 'names',
      text: `${web('environment: {1A: x}')}\n  a b: {image: a}`,
      problems: [
        'coreship.yaml:5:19 services.web.environment.1A: the name "1A" must be a variable name: letters, digits and "_", not beginning with a digit',
        'coreship.yaml:6:3 services.a b: the name "a b" must be made of lower-case letters, digits, "-" and "_", beginning with a letter',
      ],
    },
    {
      name: 'two services on one name',
      text: `${web()}\n  other: {image: a}\n  web: {image: b}`,
      problems: [
        'coreship.yaml:6:3 services.web: two services are named "web" (the first is on line 3; rename or remove one)',
      ],
    },
    {
      name: 'any other key twice',
      text: web('pull: missing', 'pull: always'),
      problems: [
        'coreship.yaml:6:5 services.web.pull: key "pull" is given twice (the first is on line 5; rename or remove one)',
      ],
    },
    {
      name: 'two clusters, two machines on one name',
      text: `${cluster('machines:', '  m: {}', '  m: {}')}\n  c: {machines: {n: {}}}`,
      problems: [
        'coreship.yaml:6:7 clusters.c.machines.m: two machines are named "m" (the first is on line 5; rename or remove one)',
        'coreship.yaml:7:3 clusters.c: two clusters are named "c" (the first is on line 3; rename or remove one)',
      ],
    },
    {
      name: "a sidekick's name taken by a service",
      text: `${web('ports: [container: 80]', 'registration: {}')}\n  web-discovery: {image: a}`,
      problems: [
        'coreship.yaml:7:3 services.web-discovery: its unit web-discovery@.service is also the sidekick of service "web" (rename one of the two)',
      ],
    },
    {
      name: 'a load balancer for nobody',
      text: `${web('ports: [container: 80]', 'registration: {}')}\n  lb: {image: a, template: false, ports: [container: 80], loadBalancer: {service: wep}}`,
      problems: [
        'coreship.yaml:7:83 services.lb.loadBalancer.service: there is no service "wep" (did you mean "web"?)',
      ],
    },
    {
      name: 'a load balancer for an unregistered service, as a template and without a port',
      text: `${web()}\n  lb: {image: a, loadBalancer: {service: web}}`,
      problems: [
        'coreship.yaml:5:18 services.lb.loadBalancer: a load balancer has one copy, but this service is a template (add "template: false")',
        'coreship.yaml:5:18 services.lb.loadBalancer: a load balancer without a port serves nobody (add "ports")',
        'coreship.yaml:5:42 services.lb.loadBalancer.service: service "web" is not registered, so there is nothing to follow (add "registration: {}" to web)',
      ],
    },
    {
      name: 'a load balancer for itself',
      text: web(
        'template: false',
        'ports: [container: 80]',
        'registration: {}',
        'loadBalancer: {service: web}',
      ),
      problems: [
        'coreship.yaml:8:29 services.web.loadBalancer.service: a load balancer cannot follow itself (name the service it stands in front of)',
      ],
    },
    {
      name: 'a load balancer with routes that are wrong by themselves',
      text: balanced(
        '{routes: []}',
        '{}',
        '{service: web, routes: [{service: web}]}',
        '{routes: [{service: web, host: "Shop.example.org"}, {service: web, host: "a b", path: api}]}',
        '{routes: [{service: web, path: "/a//b", health: "/x y", timeout: 0, keepAlive: -1}]}',
      ),
      problems: [
        'coreship.yaml:7:83 services.lb0.loadBalancer.routes: must have a route',
        'coreship.yaml:8:74 services.lb1.loadBalancer: must have either "service" or "routes"',
        'coreship.yaml:9:74 services.lb2.loadBalancer: must have either "service" or "routes"',
        'coreship.yaml:10:105 services.lb3.loadBalancer.routes[0].host: must be a host name in lower case, such as "shop.example.org" or "*.example.org", got "Shop.example.org"',
        'coreship.yaml:10:147 services.lb3.loadBalancer.routes[1].host: must be a host name in lower case, such as "shop.example.org" or "*.example.org", got "a b"',
        'coreship.yaml:10:160 services.lb3.loadBalancer.routes[1].path: must be a path such as "/api": it begins with "/" and holds no "//", spaces and quotes, got "api"',
        'coreship.yaml:11:105 services.lb4.loadBalancer.routes[0].path: must be a path such as "/api": it begins with "/" and holds no "//", spaces and quotes, got "/a//b"',
        'coreship.yaml:11:122 services.lb4.loadBalancer.routes[0].health: must be a path such as "/api": it begins with "/" and holds no "//", spaces and quotes, got "/x y"',
        'coreship.yaml:11:139 services.lb4.loadBalancer.routes[0].timeout: must be 0.1 to 86400 seconds, got 0',
        'coreship.yaml:11:153 services.lb4.loadBalancer.routes[0].keepAlive: must be a number of connections from 0 to 1000, got -1',
      ],
    },
    {
      name: 'a load balancer with routes to nobody, and two for the same requests',
      text: balanced(
        '{routes: [{service: wep}, {service: web, host: a, path: /a}, {service: web, host: a, path: /a/}]}',
        '{routes: [{service: web, health: /h}, {service: web, path: /h}, {service: web, path: /x, health: /h}]}',
        '{routes: [{service: web, health: /}, {service: web, path: /api, health: /api/}]}',
      ),
      problems: [
        'coreship.yaml:7:94 services.lb0.loadBalancer.routes[0].service: there is no service "wep" (did you mean "web"?)',
        'coreship.yaml:7:165 services.lb0.loadBalancer.routes[2].path: routes[1] already takes /a on a (give it another host or path)',
        'coreship.yaml:8:107 services.lb1.loadBalancer.routes[0].health: /h on any host is already the path of a route or the health of another (give it another path)',
        'coreship.yaml:8:171 services.lb1.loadBalancer.routes[2].health: /h on any host is already the path of a route or the health of another (give it another path)',
        'coreship.yaml:9:107 services.lb2.loadBalancer.routes[0].health: / on any host is already the path of a route or the health of another (give it another path)',
        'coreship.yaml:9:146 services.lb2.loadBalancer.routes[1].health: /api on any host is already the path of a route or the health of another (give it another path)',
      ],
    },
    {
      name: 'routes behind an alias: the path names the route all the same',
      text: `x-lb: &lb {routes: [{service: wep}]}\n${balanced('*lb')}`,
      problems: [
        'coreship.yaml:8:60 services.lb0.loadBalancer.routes[0].service: there is no service "wep" (did you mean "web"?)',
      ],
    },
    {
      name: 'a load balancer for a service with problems of its own: only these are reported',
      text: 'name: p\nservices:\n  web: {registration: {}}\n  lb: {image: a, template: false, ports: [container: 80], loadBalancer: {service: web}}',
      problems: ['coreship.yaml:3:3 services.web: missing key "image"'],
    },
    {
      name: 'a registration without a port',
      text: web('registration: {}'),
      problems: [
        'coreship.yaml:5:5 services.web.registration: nothing to check and register without a port (add "ports")',
      ],
    },
    {
      name: "the instance's port without instances",
      text: web('template: false', 'ports: [{container: 80, host: instance}]'),
      problems: [
        'coreship.yaml:6:35 services.web.ports[0].host: a service with one copy has no instance name to use as the port (give a port number)',
      ],
    },
    {
      name: 'one host port twice',
      text: web('ports:', '  - container: 80', '  - container: 81', '  - {container: 81, address: public}'),
      problems: [
        "coreship.yaml:7:9 services.web.ports[1].host: the instance's port on the private address is already published by ports[0] (give it another host port or address)",
      ],
    },
    {
      name: 'a cluster without machines',
      text: cluster('machines: {}'),
      problems: ['coreship.yaml:4:15 clusters.c.machines: must have at least one machine'],
    },
    {
      name: 'a fleet cluster without an entry',
      text: cluster('engine: fleet'),
      problems: ['coreship.yaml:3:3 clusters.c: must have machines to enter by (name them as "entry")'],
    },
    {
      name: 'a fleet cluster with machines',
      text: cluster('engine: fleet', 'machines: {a: {}}'),
      problems: [
        'coreship.yaml:5:5 clusters.c.machines: engine fleet takes no "machines" (fleet knows its machines: name some as "entry")',
      ],
    },
    {
      name: 'a systemd cluster without machines',
      text: cluster('engine: systemd'),
      problems: ['coreship.yaml:3:3 clusters.c: must have machines (name them as "machines")'],
    },
    {
      name: 'a cluster that is a lab and has machines',
      text: cluster('lab: lab', 'machines: {a: {}}'),
      problems: [
        'coreship.yaml:5:5 clusters.c.machines: "machines" cannot be combined with "lab" (remove one of the two)',
      ],
    },
    {
      name: 'two machines on one address',
      text: cluster(
        'machines:',
        '  a: {address: 10.0.0.1}',
        '  b: {address: 10.0.0.1}',
        '  c: {address: 10.0.0.1, port: 2222}',
      ),
      problems: [
        'coreship.yaml:6:20 clusters.c.machines.b.address: machine "a" already has the address 10.0.0.1 (list each machine once)',
      ],
    },
    {
      name: 'etcd by halves',
      text: cluster('machines: {a: {}}', 'etcd:', '  endpoints: ["127.0.0.1:2379", "http://a:99999"]'),
      problems: [
        'coreship.yaml:6:19 clusters.c.etcd.endpoints[0]: must be a URL such as "http://127.0.0.1:2379", got "127.0.0.1:2379"',
        'coreship.yaml:6:37 clusters.c.etcd.endpoints[1]: must be a URL such as "http://127.0.0.1:2379", got "http://a:99999"',
      ],
    },
    {
      name: 'a user without a password, a key without a certificate',
      text: cluster(
        'machines: {a: {}}',
        'etcd:',
        '  endpoints: ["https://a"]',
        '  username: u',
        '  keyFile: k',
        '  caFile: a',
      ),
      problems: [
        'coreship.yaml:7:7 clusters.c.etcd.username: "username" needs "passwordFile" as well (add "passwordFile")',
        'coreship.yaml:8:7 clusters.c.etcd.keyFile: "keyFile" needs "certFile" as well (add "certFile")',
      ],
    },
    {
      name: 'TLS without an authority',
      text: cluster('machines: {a: {}}', 'etcd:', '  endpoints: ["https://a"]'),
      problems: [
        'coreship.yaml:5:5 clusters.c.etcd: etcd over TLS needs "caFile", the certificate of the authority that signed its own (add "caFile")',
      ],
    },
    {
      name: 'certificates for endpoints without TLS',
      text: cluster(
        'machines: {a: {}}',
        'etcd:',
        '  endpoints: ["http://a", "http://b"]',
        '  caFile: a',
        '  certFile: c',
        '  keyFile: k',
      ),
      problems: [
        'coreship.yaml:7:7 clusters.c.etcd.caFile: "caFile" has no effect with http endpoints (write https in "endpoints", or remove it)',
        'coreship.yaml:8:7 clusters.c.etcd.certFile: "certFile" has no effect with http endpoints (write https in "endpoints", or remove it)',
        'coreship.yaml:9:7 clusters.c.etcd.keyFile: "keyFile" has no effect with http endpoints (write https in "endpoints", or remove it)',
      ],
    },
    {
      name: 'endpoints with and without TLS',
      text: cluster('machines: {a: {}}', 'etcd:', '  endpoints: ["https://a", "http://b"]', '  caFile: a'),
      problems: [
        'coreship.yaml:6:32 clusters.c.etcd.endpoints[1]: the endpoints must be all http or all https (write https here as well, or change the others)',
      ],
    },
    {
      name: 'an option smuggled in as an address',
      text: cluster('machines: {a: {address: -oProxyCommand=x, user: -l}}'),
      problems: [
        'coreship.yaml:4:29 clusters.c.machines.a.address: must be a host name, an IP address or a Host of your ssh configuration, got "-oProxyCommand=x"',
        'coreship.yaml:4:53 clusters.c.machines.a.user: must be a user name, got "-l"',
      ],
    },
    {
      name: 'an unknown alias',
      text: 'name: *n',
      problems: ['coreship.yaml:1:7: unknown alias "*n" (write "&n" before it)'],
    },
    {
      name: 'a merge of nothing',
      text: 'name: p\nregistry: {<<: 1}',
      problems: ['coreship.yaml:2:12: "<<" merges maps only (give it an alias such as "*base")'],
    },
    {
      name: 'broken YAML',
      text: 'name: p\nservices: [',
      problems: [
        'coreship.yaml:2:12: flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    },
    {
      name: 'a tag',
      text: 'name: !secret p',
      problems: ['coreship.yaml:1:7: unresolved tag: !secret'],
    },
    {
      name: 'a tab',
      text: 'name: p\nservices:\n\tweb: {}',
      problems: ['coreship.yaml:3:1: tabs are not allowed as indentation'],
    },
  ];

  it.each(rows)('$name', ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems);
    expect(parse(text).config).toBeUndefined();
  });

  it('reports an alias bomb and does not expand it', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `x-${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
    );
    const [problem, ...others] = parse(['name: p', 'x-0: &l0 [a]', ...levels].join('\n')).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ rule: 'yaml-syntax', where: { line: 1 } });
  });

  it('survives nesting deeper than the stack', () => {
    const { problems } = parse(`a: ${'['.repeat(20_000)}`);
    expect(problems.at(0)?.rule).toBe('yaml-syntax');
    expect(problems.length).toBeLessThanOrEqual(10);
  });
});

describe('the meaning of coreship.yaml', () => {
  it('gives the defaults that depend on other keys', () => {
    const { config } = parse(
      'name: p\nservices:\n  web: {image: a, ports: [container: 80]}\n  one: {image: a, template: false, ports: [container: 81]}',
    );
    expect(config?.services.map(({ description, ports }) => ({ description, host: ports[0]?.host }))).toEqual(
      [
        { description: 'web', host: 'instance' },
        { description: 'one', host: 81 },
      ],
    );
  });

  it('leaves keys with x- to people, and merges what they anchor', () => {
    const text =
      'name: p\nx-base: &base\n  image: a\n  pull: always\nservices:\n  web: {<<: *base, x-note: 1, placement: {x-y: []}}';
    const { config, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(config?.services).toMatchObject([{ name: 'web', image: 'a', pull: 'always' }]);
    expect(JSON.stringify(config)).not.toContain('x-');
  });

  it('reads clusters: names from keys, addresses from names, files from the project or from home', () => {
    const text = cluster(
      'machines:',
      '  web1: {}',
      '  web2: {address: 10.0.0.2, identityFile: ~/key, metadata: {disk: ssd}}',
      'etcd: {endpoints: ["https://127.0.0.1:2379"], caFile: tls/ca.pem}',
      'bastion: {address: gate, knownHostsFile: /etc/hosts.known}',
    );
    expect(parse(text).config?.clusters).toEqual([
      {
        name: 'c',
        engine: 'systemd',
        machines: [
          { name: 'web1', address: 'web1', metadata: {} },
          { name: 'web2', address: '10.0.0.2', identityFile: `${homedir()}/key`, metadata: { disk: 'ssd' } },
        ],
        entry: [],
        socket: '/var/run/fleet.sock',
        etcd: { endpoints: ['https://127.0.0.1:2379'], caFile: '/project/tls/ca.pem' },
        bastion: { address: 'gate', knownHostsFile: '/etc/hosts.known' },
      },
    ]);
  });

  it('reads a fleet cluster: the machines to enter by, and where its socket is', () => {
    const text = cluster(
      'engine: fleet',
      'entry:',
      '  core1: {}',
      '  core2: {address: 10.0.0.2, user: core}',
      'socket: /run/f.sock',
    );
    expect(parse(text).config?.clusters).toEqual([
      {
        name: 'c',
        engine: 'fleet',
        machines: [],
        entry: [
          { name: 'core1', address: 'core1' },
          { name: 'core2', address: '10.0.0.2', user: 'core' },
        ],
        socket: '/run/f.sock',
      },
    ]);
  });

  it('takes a cluster named lab', () => {
    const { config } = parse('name: p\nclusters: {lab: {machines: {m1: {address: 10.1.1.1}}}}');
    expect(config?.clusters.map(({ name }) => name)).toEqual(['lab']);
  });
});

describe('whatever is written', () => {
  const holds = (text: string) => {
    const { config, problems } = parse(text);
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(config === undefined).toBe(errors.length > 0);
    const lines = text.split('\n').length;
    for (const { where } of problems) {
      expect(where?.file).toBe('coreship.yaml');
      expect(where?.line).toBeGreaterThanOrEqual(1);
      expect(where?.line).toBeLessThanOrEqual(lines);
      expect(where?.column).toBeGreaterThanOrEqual(1);
    }
  };

  it('is either a project or problems: any text', () => {
    const piece = fc.constantFrom(
      'name: p\n',
      'services:\n',
      '  ',
      'a',
      ': ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '<<: ',
      '\n',
      '"',
      "'",
      '|',
      '\t',
      '#',
      '!x ',
      '---\n',
      '? ',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join('')),
        holds,
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), holds));
  });

  it('is either a project or problems: any data', () => {
    const key = fc.constantFrom(
      'image',
      'ports',
      'container',
      'host',
      'registration',
      'loadBalancer',
      'service',
      'template',
      'etcd',
      'machines',
      'endpoints',
      'a',
      'b',
      'x-a',
      '__proto__',
      'constructor',
      'A b',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('a', 'instance', 80, 1.5, true, false, null, '', 'a=b', '/x', 'http://a', Number.NaN),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const data = fc.record(
      { name: fc.oneof(fc.constant('p'), value), services: value, clusters: value, registry: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(data, (written) => holds(stringify(written))),
      { numRuns: 300 },
    );
  });
});
