// Package ring holds a buffer of fixed size that overwrites its oldest element when it is full.
package ring

type Buffer struct {
	items []int
	head  int // position of the oldest element
	count int
}

func New(size int) *Buffer {
	return &Buffer{items: make([]int, size)}
}

func (b *Buffer) Len() int { return b.count }

// Push adds v as the newest element.
func (b *Buffer) Push(v int) {
	tail := (b.head + b.count) % len(b.items)
	b.items[tail] = v
	if b.count < len(b.items) {
		b.count++
	}
}

// Pop removes the oldest element; false if there is none.
func (b *Buffer) Pop() (int, bool) {
	if b.count == 0 {
		return 0, false
	}
	v := b.items[b.head]
	b.head = (b.head + 1) % len(b.items)
	b.count--
	return v, true
}
