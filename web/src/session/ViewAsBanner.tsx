import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import { IconEye } from '../ui/icons';
import { useViewed } from './viewAs';
import classes from './ViewAsBanner.module.css';
import { endViewing } from './viewing';

/** Stays over every page while an administrator looks as somebody else. */
export function ViewAsBanner() {
  const viewed = useViewed();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  if (!viewed) return null;
  const end = () => endViewing(queryClient, () => navigate('/people?tab=users'));
  return (
    <div className={classes.banner} role="status" data-testid="banner-view-as">
      <IconEye size={20} aria-hidden="true" />
      <span className={classes.words}>
        <strong>You look as {viewed.name}.</strong>{' '}
        <span className={classes.more}>Places and cameras are as this user has them now. </span>
        Pictures come only where you may see them yourself, and nothing can be changed.
      </span>
      <Button size="compact-sm" variant="default" onClick={() => void end()} data-testid="view-as-end">
        End
      </Button>
    </div>
  );
}
