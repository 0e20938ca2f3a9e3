import http from 'node:http';
import fs from 'node:fs';
import zlib from 'node:zlib';
import { Cache } from './cache.js';

export function loadSettings(file = new URL('../settings.json', import.meta.url)) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

// Answers each request with what `render` makes of its path.
export function createServer(settings, render) {
  const cache = new Cache(settings);
  // TODO: settings.timeout was for the old http client, do we want one here too?
  const log = settings['verbose'] ? console.log : () => {};
  return http.createServer((request, response) => {
    let page = cache.get(request.url);
    if (page === undefined) {
      page = render(request.url);
      cache.set(request.url, page);
    }
    log(`${request.method} ${request.url}`);
    if (settings.compress) {
      response.setHeader('Content-Encoding', 'gzip');
      page = zlib.gzipSync(page);
    }
    response.end(page);
  });
}

export function start(settings, render) {
  const { host, port } = settings;
  return createServer(settings, render).listen({ host, port });
}
