package httpd

import (
	"encoding/json"
	"math"
	"testing"

	"houfeng/internal/seis"
)

func TestNumbersGoOut(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{num(math.NaN()), "null"},
		{num(math.Inf(-1)), "null"},
		{num(math.Copysign(0, -1)), "0"},
		{num(1e-9), "1e-09"},
		{num(1e22), "1e+22"},
		{num(0.1), "0.1"},
		{num(123456789.25), "123456789.25"},
		{round(2.675, 2), "2.68"}, // half away from zero, as people do
		{round(-0.004, 2), "0"},
		{round(math.NaN(), 2), "null"},
		{round(math.MaxFloat64, 3), "1.7976931348623157e+308"},
		{signif(123456, 3), "123000"},
		{signif(0.00012345, 2), "0.00012"},
		{signif(math.NaN(), 2), "null"},
		{jmaTenths(4.46), "4.4"}, // not 4.5, which would be another class
		{jmaTenths(4.499), "4.5"},
		{jmaTenths(4.5), "4.5"},
		{jmaTenths(4.6), "4.6"},
		{jmaTenths(-0.26), "-0.3"},
		{jmaTenths(math.NaN()), "null"},
		{millis(seis.Time{}), "null"},
		{millis(seis.TimeOf(1571117622810999999, false)), "1571117622810"},
		{millis(seis.TimeOf(-1, false)), "-1"},
		{stamp(seis.Time{}), "null"},
		{stamp(seis.TimeOf(1571117622810000000, false)), `"2019-10-15T05:33:42.810000Z"`},
		{stamp(seis.TimeOf(1483228800500000000, true)), `"2016-12-31T23:59:60.500000Z"`},
	} {
		b, err := json.Marshal(tt.v)
		if err != nil || string(b) != tt.want {
			t.Errorf("%T(%v) is %s, %v; want %s", tt.v, tt.v, b, err, tt.want)
		}
	}
}
