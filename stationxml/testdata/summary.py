"""Print what ObsPy finds in a StationXML file, as JSON.

Used by the tests when HOUFENG_OBSPY names a Python with ObsPy (1.5.1 was used).
"""
import json
import sys

from obspy import read_inventory


def pz(s):
    return {
        "type": s.pz_transfer_function_type,
        "a0": s.normalization_factor,
        "hz": s.normalization_frequency,
        "zeros": [[z.real, z.imag] for z in s.zeros],
        "poles": [[p.real, p.imag] for p in s.poles],
    }


def num(v):
    return None if v is None else float(v)


out = []
for n in read_inventory(sys.argv[1], format="STATIONXML"):
    for s in n:
        for c in s:
            r = c.response
            sens = r.instrument_sensitivity if r else None
            stages = []
            for st in r.response_stages if r else []:
                d = {
                    "number": st.stage_sequence_number,
                    "kind": type(st).__name__,
                    "gain": num(st.stage_gain),
                    "factor": st.decimation_factor,
                    "delay": num(st.decimation_delay),
                }
                if hasattr(st, "poles"):
                    d["pz"] = pz(st)
                if hasattr(st, "numerator"):
                    d["num"] = [float(x) for x in st.numerator]
                    d["den"] = [float(x) for x in st.denominator]
                if hasattr(st, "coefficients") and type(st).__name__ != "PolynomialResponseStage":
                    d["num"] = [float(x) for x in st.coefficients]
                stages.append(d)
            out.append(
                {
                    "id": ".".join((n.code, s.code, c.location_code, c.code)),
                    "start": str(c.start_date) if c.start_date else "",
                    "end": str(c.end_date) if c.end_date else "",
                    "lat": float(c.latitude),
                    "lon": float(c.longitude),
                    "elev": float(c.elevation),
                    "depth": float(c.depth),
                    "az": num(c.azimuth),
                    "dip": num(c.dip),
                    "rate": num(c.sample_rate),
                    "sensor": c.sensor.description if c.sensor else "",
                    "sensitivity": num(sens.value) if sens else None,
                    "sensitivity_hz": num(sens.frequency) if sens else None,
                    "input": sens.input_units if sens else "",
                    "stages": stages,
                }
            )
json.dump(out, sys.stdout, sort_keys=True)
