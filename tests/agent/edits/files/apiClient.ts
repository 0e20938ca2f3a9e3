import { Logger } from './logger';

export interface RequestOptions {
  headers?: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface User {
  id: number;
  name: string;
  email: string;
}

export interface Project {
  id: number;
  title: string;
  ownerId: number;
}

export class ApiError extends Error {
  constructor(public readonly status: number, message: string) {
    super(message);
    this.name = 'ApiError';
  }
}

export class ApiClient {
  private token: string | null = null;

  constructor(
    private readonly baseUrl: string,
    private readonly logger: Logger,
  ) {}

  setToken(token: string | null): void {
    this.token = token;
  }

  private async request<T>(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
    const headers: Record<string, string> = {
      'Content-Type': 'application/json',
      ...options.headers,
    };
    if (this.token) {
      headers['Authorization'] = `Bearer ${this.token}`;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), options.timeoutMs ?? 10000);
    try {
      const response = await fetch(this.baseUrl + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: options.signal ?? controller.signal,
      });
      if (!response.ok) {
        throw new ApiError(response.status, `${method} ${path} failed`);
      }
      return (await response.json()) as T;
    } finally {
      clearTimeout(timer);
    }
  }

  // Users
  getUser(id: number): Promise<User> {
    return this.request<User>('GET', `/users/${id}`);
  }

  listUsers(page = 1): Promise<User[]> {
    return this.request<User[]>('GET', `/users?page=${page}`);
  }

  createUser(user: Omit<User, 'id'>): Promise<User> {
    this.logger.info('creating user');
    return this.request<User>('POST', '/users', user);
  }

  deleteUser(id: number): Promise<void> {
    this.logger.info('deleting user');
    return this.request<void>('DELETE', `/users/${id}`);
  }

  // Projects
  getProject(id: number): Promise<Project> {
    return this.request<Project>('GET', `/projects/${id}`);
  }

  listProjects(page = 1): Promise<Project[]> {
    return this.request<Project[]>('GET', `/projects?page=${page}`);
  }

  createProject(project: Omit<Project, 'id'>): Promise<Project> {
    this.logger.info('creating project');
    return this.request<Project>('POST', '/projects', project);
  }

  deleteProject(id: number): Promise<void> {
    this.logger.info('deleting project');
    return this.request<void>('DELETE', `/projects/${id}`);
  }
}
