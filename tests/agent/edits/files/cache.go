package cache

import (
	"container/list"
	"sync"
	"time"
)

// Stats counts what happened since the cache was made.
type Stats struct {
	Hits      uint64
	Misses    uint64
	Evictions uint64
}

type entry struct {
	key     string
	value   any
	expires time.Time
}

// Cache keeps the most recently used entries.
type Cache struct {
	mu       sync.Mutex
	capacity int
	ttl      time.Duration
	order    *list.List
	items    map[string]*list.Element
	stats    Stats
	now      func() time.Time
}

func New(capacity int, ttl time.Duration) *Cache {
	return &Cache{
		capacity: capacity,
		ttl:      ttl,
		order:    list.New(),
		items:    make(map[string]*list.Element),
		now:      time.Now,
	}
}

func (c *Cache) Get(key string) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()

	element, ok := c.items[key]
	if !ok {
		c.stats.Misses++
		return nil, false
	}
	e := element.Value.(*entry)
	if c.now().After(e.expires) {
		c.removeElement(element)
		c.stats.Misses++
		return nil, false
	}
	c.order.MoveToFront(element)
	c.stats.Hits++
	return e.value, true
}

func (c *Cache) Set(key string, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if element, ok := c.items[key]; ok {
		e := element.Value.(*entry)
		e.value = value
		e.expires = c.now().Add(c.ttl)
		c.order.MoveToFront(element)
		return
	}
	e := &entry{key: key, value: value, expires: c.now().Add(c.ttl)}
	c.items[key] = c.order.PushFront(e)
	if c.order.Len() > c.capacity {
		c.removeElement(c.order.Back())
		c.stats.Evictions++
	}
}

func (c *Cache) Delete(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	element, ok := c.items[key]
	if !ok {
		return false
	}
	c.removeElement(element)
	return true
}

func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}

func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *Cache) removeElement(element *list.Element) {
	e := element.Value.(*entry)
	delete(c.items, e.key)
	c.order.Remove(element)
}
