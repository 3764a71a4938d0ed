import type OpenSeadragon from "openseadragon";

/**
 * Side of a tile in pixels. As large as a WebGL texture may be on about every device: camera frames are then one tile,
 * and are exchanged as a whole.
 */
const tileSize = 4096;

/** The tiles of a picture that changes. */
export interface FrameTiles {
  readonly source: OpenSeadragon.TileSource;
  /** Puts a picture of the source's size on the tiles there are and on those to come. It may be painted over later. */
  show(picture: HTMLCanvasElement): void;
}

/**
 * Tiles of one level, as many as a frame of `[height, width]` pixels needs; black until the first picture.
 *
 * The viewer keeps a tile's pixels in its cache. They are exchanged there, in one step: resetting the image instead, so
 * that the viewer asks for its tiles again, leaves it empty for a moment at each frame.
 */
export function createFrameTiles(library: typeof OpenSeadragon, height: number, width: number): FrameTiles {
  let shown: HTMLCanvasElement | null = null;
  /** Given to the viewer, or to its navigator, and perhaps dropped by it since. */
  const tiles = new Set<OpenSeadragon.Tile>();

  class FrameTileSource extends library.TileSource {
    constructor() {
      super({ width, height, tileSize, minLevel: 0, maxLevel: 0 });
    }

    // A function: an address would be the name under which the viewer keeps the tile, the same for each source.
    override getTileUrl(): () => string {
      return () => "frame";
    }

    override hasTransparency(): boolean {
      return false;
    }

    override downloadTileStart(job: OpenSeadragon.ImageJob): void {
      tiles.add(job.tile);
      job.finish(paintTile(job.tile, shown), null, "context2d");
    }

    override downloadTileAbort(): void {
      // A tile is there at once.
    }
  }

  return {
    source: new FrameTileSource(),
    show(picture) {
      shown = picture;
      for (const tile of tiles) if (!exchange(tile, picture)) tiles.delete(tile);
    },
  };
}

/** @returns false where the viewer does not keep the tile any more, or asks for it again */
function exchange(tile: OpenSeadragon.Tile, picture: HTMLCanvasElement): boolean {
  const image = tile.tiledImage;
  // The types have it that a cache is always there.
  const cache = tile.getCache(tile.originalCacheKey) as OpenSeadragon.CacheRecord | undefined;
  if (!image || !cache) return false;
  if (!cache.loaded || cache.type !== "context2d" || tile.cacheKey !== tile.originalCacheKey) {
    // A drawer that wants another form of pixels, or a filter, has made copies of its own.
    image.reset();
    return false;
  }
  void cache.setDataAs(paintTile(tile, picture), "context2d");
  image.redraw();
  return true;
}

/** The part of the picture on a tile, on a canvas of its own: the viewer empties it when it is done with it. */
function paintTile(tile: OpenSeadragon.Tile, picture: HTMLCanvasElement | null): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = tile.sourceBounds.width;
  canvas.height = tile.sourceBounds.height;
  const context = canvas.getContext("2d", { alpha: false })!;
  if (picture) {
    // A viewer that repeats its images counts on, also below 0.
    const [column, row] = [remainder(tile.x, picture.width), remainder(tile.y, picture.height)];
    context.drawImage(picture, -column * tileSize, -row * tileSize);
  }
  return context;
}

/** The place of a tile among those of one picture. */
function remainder(index: number, pixels: number): number {
  const count = Math.ceil(pixels / tileSize);
  return ((index % count) + count) % count;
}
