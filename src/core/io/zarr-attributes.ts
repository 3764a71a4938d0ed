/** Name of the attribute in which our OME-Zarr files keep what OME-NGFF has no place for. */
export const zarrAttributesKey = "slnet-web";
