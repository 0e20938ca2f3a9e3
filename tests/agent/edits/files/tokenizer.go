package lexer

import (
	"fmt"
	"strings"
	"unicode"
)

type Kind int

const (
	EOF Kind = iota
	Ident
	Number
	String
	Punct
)

type Token struct {
	Kind Kind
	Text string
	Line int
}

type Lexer struct {
	input []rune
	pos   int
	line  int
}

func New(source string) *Lexer {
	return &Lexer{input: []rune(source), line: 1}
}

func (l *Lexer) peek() rune {
	if l.pos >= len(l.input) {
		return 0
	}
	return l.input[l.pos]
}

func (l *Lexer) skipSpace() {
	for unicode.IsSpace(l.peek()) {
		if l.peek() == '\n' {
			l.line++
		}
		l.pos++
	}
}

func (l *Lexer) readString() (Token, error) {
	start := l.line
	var b strings.Builder
	l.pos++ // opening quote
	for l.peek() != '"' {
		switch l.peek() {
		case 0, '\n':
			return Token{}, fmt.Errorf("line %d: unterminated \"string\"", start)
		case '\\':
			l.pos++
			switch l.peek() {
			case 'n':
				b.WriteRune('\n')
			case 't':
				b.WriteRune('\t')
			default:
				b.WriteRune(l.peek())
			}
		default:
			b.WriteRune(l.peek())
		}
		l.pos++
	}
	l.pos++ // closing quote
	return Token{String, b.String(), start}, nil
}

func (l *Lexer) readWhile(kind Kind, accept func(rune) bool) Token {
	start := l.pos
	for accept(l.peek()) {
		l.pos++
	}
	return Token{kind, string(l.input[start:l.pos]), l.line}
}

func (l *Lexer) Next() (Token, error) {
	l.skipSpace()
	r := l.peek()
	switch {
	case r == 0:
		return Token{EOF, "", l.line}, nil
	case unicode.IsLetter(r) || r == '_':
		return l.readWhile(Ident, func(r rune) bool {
			return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'
		}), nil
	case unicode.IsDigit(r):
		return l.readWhile(Number, func(r rune) bool {
			return unicode.IsDigit(r) || r == '.'
		}), nil
	case r == '"':
		return l.readString()
	}
	l.pos++
	return Token{Punct, string(r), l.line}, nil
}
