package ring

import (
	"reflect"
	"testing"
)

func drain(b *Buffer) []int {
	var out []int
	for {
		v, ok := b.Pop()
		if !ok {
			return out
		}
		out = append(out, v)
	}
}

func TestEmpty(t *testing.T) {
	if _, ok := New(3).Pop(); ok {
		t.Error("Pop on an empty buffer returned an element")
	}
}

func TestFirstInFirstOut(t *testing.T) {
	b := New(3)
	b.Push(1)
	b.Push(2)
	if got, want := drain(b), []int{1, 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWrapsAround(t *testing.T) {
	b := New(2)
	for i := 0; i < 5; i++ {
		b.Push(i)
		if v, _ := b.Pop(); v != i {
			t.Errorf("got %d, want %d", v, i)
		}
	}
}

func TestOverwritesOldest(t *testing.T) {
	b := New(3)
	for i := 1; i <= 5; i++ {
		b.Push(i)
	}
	if b.Len() != 3 {
		t.Errorf("Len() = %d, want 3", b.Len())
	}
	if got, want := drain(b), []int{3, 4, 5}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
