import { useEffect, useReducer, useRef, useState } from 'react';
import { api } from '../api/client';
import { momentForThumbnail, ThumbnailBook, type Thumbnail, type ThumbnailAnswer } from './thumbnailBook';

export interface ShownThumbnail {
  /** The picture of the moment, or while it comes the one before. */
  picture?: Thumbnail;
  /** It comes. */
  pending: boolean;
}

async function load(cameraId: string, at_90k: number): Promise<ThumbnailAnswer> {
  const { data, response } = await api.GET('/api/v1/cameras/{camera_id}/thumbnail', {
    params: { path: { camera_id: cameraId }, query: { at_90k } },
    parseAs: 'blob',
  });
  if (data)
    return {
      url: URL.createObjectURL(data as Blob),
      time90k: Number(response.headers.get('Vedette-Time-90k') ?? at_90k),
    };
  // Too many at once, or the server is away.
  return response.status === 429 || response.status >= 503 ? 'later' : 'none';
}

/** A small picture of a recorded moment; undefined: none is wanted. */
export function useThumbnail(
  cameraId: string | undefined,
  moment90k: number | undefined,
  span90k: number,
): ShownThumbnail {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [book, setBook] = useState<ThumbnailBook>();
  const last = useRef<Thumbnail>(undefined);
  useEffect(() => {
    if (!cameraId) return;
    const made = new ThumbnailBook(
      (at_90k) => load(cameraId, at_90k),
      ({ url }) => URL.revokeObjectURL(url),
      redraw,
    );
    setBook(made);
    return () => {
      last.current = undefined;
      made.close();
    };
  }, [cameraId]);

  const wanted = moment90k === undefined ? undefined : momentForThumbnail(moment90k, span90k);
  useEffect(() => book?.want(wanted), [book, wanted]);
  const found = wanted === undefined ? undefined : book?.get(wanted);
  useEffect(() => {
    if (wanted === undefined) last.current = undefined;
    else if (found && found !== 'none') last.current = found;
  }, [wanted, found]);
  if (found === 'none' || wanted === undefined || !book) return { pending: false };
  return found ? { picture: found, pending: false } : { picture: last.current, pending: true };
}
