'use strict';

const http = require('http');
const { parse } = require('url');

function createRouter() {
    const routes = { GET: [], POST: [], PUT: [], DELETE: [] };

    function register(method, pattern, handler) {
        const names = [];
        const source = pattern.replace(/:(\w+)/g, (_, name) => {
            names.push(name);
            return '([^/]+)';
        });
        routes[method].push({ regex: new RegExp('^' + source + '$'), names, handler });
    }

    function match(method, path) {
        for (const route of routes[method] || []) {
            const found = route.regex.exec(path);
            if (found) {
                const params = {};
                route.names.forEach((name, index) => {
                    params[name] = decodeURIComponent(found[index + 1]);
                });
                return { handler: route.handler, params };
            }
        }
        return null;
    }

    function sendJson(res, status, body) {
        const text = JSON.stringify(body);
        res.writeHead(status, {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(text),
        });
        res.end(text);
    }

    async function handle(req, res) {
        const url = parse(req.url, true);
        const hit = match(req.method, url.pathname);
        if (!hit) {
            sendJson(res, 404, { error: 'not found' });
            return;
        }
        try {
            const result = await hit.handler({
                params: hit.params,
                query: url.query,
                request: req,
            });
            sendJson(res, 200, result);
        } catch (error) {
            console.error("request failed:", error.message);
            sendJson(res, 500, { error: 'internal error' });
        }
    }

    return {
        get: (pattern, handler) => register('GET', pattern, handler),
        post: (pattern, handler) => register('POST', pattern, handler),
        put: (pattern, handler) => register('PUT', pattern, handler),
        delete: (pattern, handler) => register('DELETE', pattern, handler),
        handle,
    };
}

function listen(router, port, host = '127.0.0.1') {
    const server = http.createServer((req, res) => router.handle(req, res));
    server.listen(port, host, () => {
        console.log(`listening on http://${host}:${port}`);
    });
    return server;
}

module.exports = { createRouter, listen };
