/** The last half hour of one figure of one host, in buckets of half a minute. */

export const BUCKET_SECONDS = 30;
export const BUCKETS = 60;

/** A ring of means; gaps are NaN. `version` grows when a bucket is full, and when the past is filled in. */
export class HalfHour {
  version = 0;
  private readonly means = new Float32Array(BUCKETS).fill(Number.NaN);
  private newest = Number.NEGATIVE_INFINITY;
  private sum = 0;
  private count = 0;

  /** Takes a value that the stream brought; one that is older than the newest bucket is left out. */
  add(unixSeconds: number, value: number): void {
    const bucket = Math.floor(unixSeconds / BUCKET_SECONDS);
    if (bucket < this.newest) return;
    if (bucket > this.newest) this.advance(bucket);
    this.sum += value;
    this.count += 1;
    this.means[slot(bucket)] = this.sum / this.count;
  }

  /** Takes a history's points where nothing is known yet. */
  fill(points: readonly (readonly [number, number | null])[]): void {
    this.version += 1;
    for (const [unixSeconds, value] of points) {
      const bucket = Math.floor(unixSeconds / BUCKET_SECONDS);
      if (value === null) continue;
      if (bucket > this.newest) this.advance(bucket);
      if (bucket <= this.newest - BUCKETS) continue;
      if (Number.isNaN(this.means[slot(bucket)])) this.means[slot(bucket)] = value;
    }
  }

  /** The means from half an hour before this moment to it, oldest first, into an array of BUCKETS. */
  read(unixSeconds: number, into: Float32Array): void {
    const last = Math.floor(unixSeconds / BUCKET_SECONDS);
    for (let index = 0; index < BUCKETS; index += 1) {
      const bucket = last - BUCKETS + 1 + index;
      const isKept = bucket <= this.newest && bucket > this.newest - BUCKETS;
      into[index] = isKept ? (this.means[slot(bucket)] ?? Number.NaN) : Number.NaN;
    }
  }

  private advance(bucket: number): void {
    this.version += 1;
    const skipped = Math.min(BUCKETS, bucket - this.newest);
    for (let back = 0; back < skipped; back += 1) this.means[slot(bucket - back)] = Number.NaN;
    this.newest = bucket;
    this.sum = 0;
    this.count = 0;
  }
}

function slot(bucket: number): number {
  return bucket % BUCKETS;
}
