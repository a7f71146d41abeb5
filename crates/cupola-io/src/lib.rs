//! Every file cupola reads or writes: GeoTIFF, HGT, DTED, Parquet, atomic writes.
