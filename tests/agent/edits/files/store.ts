type Listener<S> = (state: S, previous: S) => void;

interface Action {
	type: string;
	payload?: unknown;
}

type Reducer<S> = (state: S, action: Action) => S;

export interface TodoItem {
	id: number;
	text: string;
	done: boolean;
}

export interface TodoState {
	items: TodoItem[];
	filter: 'all' | 'open' | 'done';
	nextId: number;
}

const initialState: TodoState = {
	items: [],
	filter: 'all',
	nextId: 1,
};

export function todoReducer(state: TodoState = initialState, action: Action): TodoState {
	switch (action.type) {
		case 'add': {
			const text = String(action.payload);
			const item = { id: state.nextId, text, done: false };
			return { ...state, items: [...state.items, item], nextId: state.nextId + 1 };
		}
		case 'toggle': {
			const id = Number(action.payload);
			const items = state.items.map((item) =>
				item.id === id ? { ...item, done: !item.done } : item,
			);
			return { ...state, items };
		}
		case 'remove': {
			const id = Number(action.payload);
			const items = state.items.filter((item) => item.id !== id);
			return { ...state, items };
		}
		case 'filter':
			return { ...state, filter: action.payload as TodoState['filter'] };
		default:
			return state;
	}
}

export class Store<S> {
	private state: S;
	private listeners: Listener<S>[] = [];
	private dispatching = false;

	constructor(private reducer: Reducer<S>, initial: S) {
		this.state = initial;
	}

	getState(): S {
		return this.state;
	}

	dispatch(action: Action): void {
		if (this.dispatching) {
			throw new Error('reducers must not dispatch');
		}
		const previous = this.state;
		this.dispatching = true;
		try {
			this.state = this.reducer(previous, action);
		} finally {
			this.dispatching = false;
		}
		for (const listener of this.listeners) {
			listener(this.state, previous);
		}
	}

	subscribe(listener: Listener<S>): () => void {
		this.listeners.push(listener);
		return () => {
			this.listeners = this.listeners.filter((entry) => entry !== listener);
		};
	}
}
