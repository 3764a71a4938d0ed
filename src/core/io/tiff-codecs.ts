/** Decoders that come from packages; handed in, so that this layer needs none. */
export interface TiffCodecs {
  /**
   * Unpacks one Zstandard frame.
   *
   * @param most - bytes that it may unpack to
   * @throws {@link SlnetError} `bad-input` where it is damaged or unpacks to more
   */
  zstandard(bytes: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Decodes a JPEG whose header was checked, without turning its components into other colours.
   *
   * @param tables - an abbreviated JPEG with the tables that this one leaves out, or `null`
   * @returns `[height, width, components]`
   * @throws {@link SlnetError} `bad-input` where it is damaged
   */
  jpeg(bytes: Uint8Array<ArrayBuffer>, tables: Uint8Array<ArrayBuffer> | null): Promise<Uint8Array<ArrayBuffer>>;
}
