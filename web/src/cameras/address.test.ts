import { describe, expect, it } from 'vitest';
import { addressProblem, splitCredentials } from './address';

describe('splitCredentials', () => {
  it.each([
    ['rtsp://admin:secret@10.0.0.2/s1', 'rtsp://10.0.0.2/s1', 'admin', 'secret'],
    ['rtsp://admin@10.0.0.2:554/s1', 'rtsp://10.0.0.2:554/s1', 'admin', ''],
    ['rtsp://a:p@ss:w@10.0.0.2/x@y', 'rtsp://10.0.0.2/x@y', 'a', 'p@ss:w'],
    [' rtsp://a:%40%3A@[fd00::1]:554/x?y=1 ', 'rtsp://[fd00::1]:554/x?y=1', 'a', '@:'],
    ['rtsp://a:100%@h/', 'rtsp://h/', 'a', '100%'],
  ])('%s', (text, url, username, password) => {
    expect(splitCredentials(text)).toEqual({ url, username, password });
  });

  it('leaves an address without credentials alone', () => {
    expect(splitCredentials('rtsp://10.0.0.2/a@b')).toBeUndefined();
    expect(splitCredentials('nonsense')).toBeUndefined();
  });
});

describe('addressProblem', () => {
  it.each(['', 'http://a/', '10.0.0.2/stream', 'rtsp://', 'rtsp:///path', 'rtsp://a/b c'])('%s', (text) => {
    expect(addressProblem(text)).toMatch(/\.$/);
  });

  it.each(['rtsp://10.0.0.2', 'RTSP://cam.local:8554/a?b=c', 'rtsp://[fd00::1]/'])('%s', (text) => {
    expect(addressProblem(text)).toBeNull();
  });
});
