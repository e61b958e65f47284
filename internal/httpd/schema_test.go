package httpd_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// schemas checks values against the JSON Schema of components/schemas. A word
// of JSON Schema that it does not know is an error, so that none is thought to
// be checked that is not.
type schemas map[string]any

func (c schemas) check(schema, v any, path string) error {
	m, ok := schema.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: schema is %T", path, schema)
	}
	for word, rule := range m {
		var err error
		switch word {
		case "description", "additionalProperties", "required":
			// the latter two are checked with properties
		case "$ref":
			name, found := strings.CutPrefix(rule.(string), "#/components/schemas/")
			if !found || c[name] == nil {
				return fmt.Errorf("%s: reference %v leads nowhere", path, rule)
			}
			if err := c.check(c[name], v, path); err != nil {
				return err
			}
		case "type":
			err = checkType(rule, v)
		case "enum":
			if !slices.Contains(rule.([]any), v) {
				err = fmt.Errorf("%v is none of %v", v, rule)
			}
		case "minimum", "maximum":
			limit := rule.(float64)
			if f, isNumber := v.(float64); isNumber && (word == "minimum" && f < limit || word == "maximum" && f > limit) {
				err = fmt.Errorf("%g is beyond the %s %g", f, word, limit)
			}
		case "minItems", "maxItems":
			n := int(rule.(float64))
			if list, isList := v.([]any); isList && (word == "minItems" && len(list) < n || word == "maxItems" && len(list) > n) {
				err = fmt.Errorf("%d items, %s %d", len(list), word, n)
			}
		case "items":
			list, _ := v.([]any)
			for i, item := range list {
				if err := c.check(rule, item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
					return err
				}
			}
		case "properties":
			if err := c.object(m, v, path); err != nil {
				return err
			}
		case "anyOf":
			err = fmt.Errorf("fits none of the alternatives")
			for _, one := range rule.([]any) {
				if c.check(one, v, path) == nil {
					err = nil
				}
			}
		default:
			return fmt.Errorf("%s: schema word %q is not checked here", path, word)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (c schemas) object(m map[string]any, v any, path string) error {
	object, ok := v.(map[string]any)
	if !ok {
		return nil // a matter of type
	}
	known := m["properties"].(map[string]any)
	if m["additionalProperties"] != false {
		return fmt.Errorf("%s: schema lets unknown properties through", path)
	}
	required, _ := m["required"].([]any)
	for _, name := range required {
		if _, there := object[name.(string)]; !there {
			return fmt.Errorf("%s: %v is missing", path, name)
		}
	}
	for name, value := range object {
		if known[name] == nil {
			return fmt.Errorf("%s: %s is not documented", path, name)
		}
		if err := c.check(known[name], value, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func checkType(rule, v any) error {
	got := "null"
	switch x := v.(type) {
	case bool:
		got = "boolean"
	case string:
		got = "string"
	case []any:
		got = "array"
	case map[string]any:
		got = "object"
	case float64:
		got = "number"
		if x == math.Trunc(x) {
			got = "integer"
		}
	}
	allowed, many := rule.([]any)
	if !many {
		allowed = []any{rule}
	}
	if slices.Contains(allowed, any(got)) || got == "integer" && slices.Contains(allowed, any("number")) {
		return nil
	}
	return fmt.Errorf("%v is %s, want %v", v, got, rule)
}

func TestSchemaChecker(t *testing.T) {
	c := schemas{"N": map[string]any{"type": []any{"number", "null"}, "minimum": 1.0}}
	object := map[string]any{"type": "object", "additionalProperties": false, "required": []any{"a"},
		"properties": map[string]any{"a": map[string]any{"$ref": "#/components/schemas/N"}, "b": map[string]any{"type": "array", "maxItems": 1.0, "items": map[string]any{"enum": []any{"x"}}}}}
	for _, good := range []any{map[string]any{"a": 1.5}, map[string]any{"a": nil, "b": []any{"x"}}} {
		if err := c.check(object, good, "v"); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, bad := range []any{map[string]any{}, map[string]any{"a": 0.5}, map[string]any{"a": "1"}, map[string]any{"a": 1.0, "c": 1.0},
		map[string]any{"a": 1.0, "b": []any{"y"}}, map[string]any{"a": 1.0, "b": []any{"x", "x"}}, []any{}, nil} {
		if err := c.check(object, bad, "v"); err == nil {
			t.Errorf("%v was let through", bad)
		}
	}
	if err := c.check(map[string]any{"pattern": "x"}, "x", "v"); err == nil {
		t.Error("an unknown word was passed over")
	}
}
