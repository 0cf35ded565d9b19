import { NumberInput } from '@mantine/core';
import type { KeepRule } from '../api/client';
import { daysIfEmpty, numberOrEmpty, sizeIfEmpty } from './keep';

interface Props<T> {
  value: T;
  error?: React.ReactNode;
  /** What holds where nothing is entered. */
  otherwise: KeepRule;
  label?: string;
  name?: string;
  description?: string;
  testId: string;
  onValue(value: T): void;
}

export function DaysInput({
  value,
  error,
  otherwise,
  label,
  name,
  description,
  testId,
  onValue,
}: Props<number | ''>) {
  return (
    <NumberInput
      label={label}
      aria-label={name}
      description={description}
      placeholder={daysIfEmpty(otherwise)}
      suffix={value === 1 ? ' day' : ' days'}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="none"
      value={value}
      error={error}
      onChange={(next) => onValue(numberOrEmpty(next))}
      data-testid={testId}
    />
  );
}

export function SizeInput({
  value,
  error,
  otherwise,
  label,
  name,
  description,
  testId,
  onValue,
}: Props<number | ''>) {
  return (
    <NumberInput
      label={label}
      aria-label={name}
      description={description}
      placeholder={sizeIfEmpty(otherwise)}
      suffix=" GB"
      decimalScale={3}
      allowNegative={false}
      clampBehavior="none"
      value={value}
      error={error}
      onChange={(next) => onValue(numberOrEmpty(next))}
      data-testid={testId}
    />
  );
}
