package quakeml_test

import (
	"fmt"
	"os"
	"time"

	"houfeng/quakeml"
)

func ExampleWrite() {
	id := func(parts ...string) quakeml.ID { return quakeml.NewID("houfeng.example", parts...) }
	origin := id("origin", "1")
	ep := &quakeml.EventParameters{
		PublicID: id("catalogue", "1"),
		Events: []quakeml.Event{{
			PublicID: id("event", "1"), PreferredOriginID: origin, Type: quakeml.Earthquake,
			Origins: []quakeml.Origin{{
				PublicID:  origin,
				Time:      quakeml.TimeQuantity{Value: quakeml.At(time.Date(2019, 10, 15, 5, 33, 42, 810e6, time.UTC))},
				Longitude: quakeml.Exactly(-122.057), Latitude: quakeml.Exactly(37.938),
				Depth:          new(quakeml.About(13970, 300)), // metres
				EvaluationMode: quakeml.Automatic,
			}},
		}},
	}
	if err := quakeml.Write(os.Stdout, ep); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <q:quakeml xmlns="http://quakeml.org/xmlns/bed/1.2" xmlns:q="http://quakeml.org/xmlns/quakeml/1.2">
	//   <eventParameters publicID="smi:houfeng.example/catalogue/1">
	//     <event publicID="smi:houfeng.example/event/1">
	//       <preferredOriginID>smi:houfeng.example/origin/1</preferredOriginID>
	//       <type>earthquake</type>
	//       <origin publicID="smi:houfeng.example/origin/1">
	//         <time>
	//           <value>2019-10-15T05:33:42.810000Z</value>
	//         </time>
	//         <longitude>
	//           <value>-122.057</value>
	//         </longitude>
	//         <latitude>
	//           <value>37.938</value>
	//         </latitude>
	//         <depth>
	//           <value>13970</value>
	//           <uncertainty>300</uncertainty>
	//         </depth>
	//         <evaluationMode>automatic</evaluationMode>
	//       </origin>
	//     </event>
	//   </eventParameters>
	// </q:quakeml>
}
