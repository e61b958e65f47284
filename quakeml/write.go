package quakeml

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
)

// Write writes a QuakeML document. It is valid against the schema of QuakeML
// 1.2 BED if the enumerated texts are; identifiers are checked.
func Write(w io.Writer, ep *EventParameters) error {
	bw := bufio.NewWriter(w)
	fmt.Fprintf(bw, "%s<q:quakeml xmlns=%q xmlns:q=%q>\n", xml.Header, BEDNamespace, Namespace)
	e := xml.NewEncoder(bw)
	e.Indent("  ", "  ")
	if err := e.EncodeElement(ep, xml.StartElement{Name: xml.Name{Local: "eventParameters"}}); err != nil {
		return fmt.Errorf("write QuakeML: %w", err)
	}
	fmt.Fprint(bw, "\n</q:quakeml>\n")
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("write QuakeML: %w", err)
	}
	return nil
}
