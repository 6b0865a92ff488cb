export declare function weigh(): { name: string; gzip: number; brotli: number; budget: number }[];
