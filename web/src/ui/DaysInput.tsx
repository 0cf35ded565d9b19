import { NumberInput } from '@mantine/core';

interface Props {
  label: string;
  description: string;
  placeholder?: string;
  days: number | '';
  onDays(days: number | ''): void;
  error: string | undefined;
  testId: string;
}

/** A number of days. What is typed stays, also when it is none that will do: `error` says what would. */
export function DaysInput({ label, description, placeholder, days, onDays, error, testId }: Props) {
  return (
    <NumberInput
      label={label}
      description={description}
      {...(placeholder && { placeholder })}
      suffix={days === 1 ? ' day' : ' days'}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="none"
      value={days}
      onChange={(value) => onDays(value === '' || Number.isNaN(Number(value)) ? '' : Number(value))}
      error={error}
      data-testid={testId}
    />
  );
}
