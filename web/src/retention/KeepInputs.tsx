import { NumberInput, type NumberInputProps } from '@mantine/core';
import type { KeepRule } from '../api/client';
import { daysIfEmpty, numberOrEmpty, sizeIfEmpty } from './keep';

interface Props {
  value: number | '';
  error?: React.ReactNode;
  /** What holds where nothing is entered. */
  otherwise: KeepRule;
  label?: string;
  name?: string;
  description?: string;
  testId: string;
  onValue(value: number | ''): void;
}

type Kind = Pick<NumberInputProps, 'placeholder' | 'suffix' | 'allowDecimal' | 'decimalScale'>;

function KeepInput({ name, testId, onValue, ...props }: Omit<Props, 'otherwise'> & Kind) {
  return (
    <NumberInput
      aria-label={name}
      allowNegative={false}
      clampBehavior="none"
      onChange={(next) => onValue(numberOrEmpty(next))}
      data-testid={testId}
      {...props}
    />
  );
}

export function DaysInput({ otherwise, ...props }: Props) {
  return (
    <KeepInput
      {...props}
      placeholder={daysIfEmpty(otherwise)}
      suffix={props.value === 1 ? ' day' : ' days'}
      allowDecimal={false}
    />
  );
}

export function SizeInput({ otherwise, ...props }: Props) {
  return <KeepInput {...props} placeholder={sizeIfEmpty(otherwise)} suffix=" GB" decimalScale={3} />;
}
