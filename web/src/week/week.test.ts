import { describe, expect, it } from 'vitest';
import { digitsOf, emptyWeek, parseWeek, quartersIn, weekFromDigits, weekText, withHours } from './week';

const OFFICE = '000000' + '00ffffffffff000000'; // Monday 8:00 to 18:00: a digit is an hour

describe('the digits of the API', () => {
  it('have Monday 0:00 in the highest bit of the first', () => {
    const week = weekFromDigits('8'.padEnd(168, '0'));
    expect(week.indexOf(true)).toBe(0);
    expect(digitsOf(week)).toBe('8'.padEnd(168, '0'));
  });

  it('have Sunday 23:45 in the lowest bit of the last', () => {
    expect(weekText(weekFromDigits('1'.padStart(168, '0')))).toBe('Su 23:45-24:00');
  });

  it.each(['Mo 8:00-18:00', 'Mo-Fr 22:15-24:00', 'Mo-Su 0:00-24:00'])('go there and back: %s', (text) => {
    const digits = digitsOf(parseWeek(text) ?? emptyWeek());
    expect(digits).toMatch(/^[0-9a-f]{168}$/);
    expect(weekText(weekFromDigits(digits))).toBe(text);
  });

  it('have 24 more when holidays are days of their own', () => {
    const digits = digitsOf(parseWeek('Mo 8-18; Holidays 9-10') ?? emptyWeek());
    expect(digits).toBe(OFFICE.padEnd(168, '0') + '000000000f'.padEnd(24, '0'));
    expect(weekText(weekFromDigits(digits))).toBe('Mo 8:00-18:00; Holidays 9:00-10:00');
  });

  it('are an hour each', () => {
    expect(digitsOf(parseWeek('Mo 8-18') ?? emptyWeek())).toBe(OFFICE.padEnd(168, '0'));
  });
});

describe('the words of a week', () => {
  it.each([
    ['mo-fr 8-18', 'Mo-Fr 8:00-18:00'],
    ['Mo-Fr 8:00–12:00, 13:00–17:30; Sa 9:15-12:00', 'Mo-Fr 8:00-12:00, 13:00-17:30; Sa 9:15-12:00'],
    ['Mo, We 8-9', 'Mo, We 8:00-9:00'],
    ['Mo, Tu 8-9', 'Mo, Tu 8:00-9:00'],
    ['Sa-Mo 10-11', 'Mo, Sa, Su 10:00-11:00'],
    ['Su 22-6', 'Mo 0:00-6:00; Su 22:00-24:00'],
    ['Mo 8-9; Mo 9-10', 'Mo 8:00-10:00'],
    ['', ''],
    ['mo 8-9; PH closed', 'Mo 8:00-9:00; Holidays off'],
    ['holidays 9-12, 13-14; Mo 8-9', 'Mo 8:00-9:00; Holidays 9:00-12:00, 13:00-14:00'],
  ])('%j is %j', (typed, text) => {
    expect(weekText(parseWeek(typed) ?? emptyWeek())).toBe(text);
  });

  it.each([
    'Mo',
    '8-18',
    'Mo 8',
    'Mo 8-25',
    'Mo 8:10-9',
    'Mo 8-8',
    'Monday 8-9',
    'Mo 8-9, nine',
    'Mo 8:60-10',
    'Mo-Fr8-9',
    'Holidays',
    'Holidays 22-6',
  ])('%j is not understood', (typed) => {
    expect(parseWeek(typed)).toBeUndefined();
  });
});

describe('hours by the grid', () => {
  it('are put in and taken out by rectangles, from any corner', () => {
    const week = withHours(emptyWeek(), { day: 4, hour: 17 }, { day: 0, hour: 8 }, true);
    expect(weekText(week)).toBe('Mo-Fr 8:00-18:00');
    expect(weekText(withHours(week, { day: 2, hour: 12 }, { day: 2, hour: 12 }, false))).toBe(
      'Mo, Tu, Th, Fr 8:00-18:00; We 8:00-12:00, 13:00-18:00',
    );
  });

  it('may be in by some of their quarters', () => {
    const week = parseWeek('Tu 8:15-9') ?? emptyWeek();
    expect(quartersIn(week, { day: 1, hour: 8 })).toBe(3);
    expect(quartersIn(week, { day: 1, hour: 9 })).toBe(0);
  });
});
