import type { PlayService, PlayServiceParams } from '@lastro/contract';
import { Play as Start, Skull, Square } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Light, type LightState } from '../../ui/light.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure } from '../../ui/states.tsx';
import { usePlayChange } from './play-query.ts';
import styles from './play-page.module.css';

const LIGHTS: Readonly<Record<PlayService['state'], LightState>> = {
  up: 'good',
  restarting: 'warn',
  stopped: 'bad',
};

/** Every process of the bank, to be killed, stopped and started. */
export function ServicesPanel({ services }: { readonly services: readonly PlayService[] }) {
  const { t } = useTranslation('play');
  const change = usePlayChange();
  const act = (name: string, action: PlayServiceParams['action']) =>
    change.mutate({ method: 'POST', path: `/services/${encodeURIComponent(name)}/${action}` });
  return (
    <Panel title={t('services.title')}>
      <div className={styles['panel']}>
        <p className={styles['soft']}>{t('services.lead')}</p>
        <ul className={styles['services']}>
          {services.map((service) => (
            <li key={service.name} data-played={service.name} data-state={service.state}>
              <Light state={LIGHTS[service.state]} label={t(`services.states.${service.state}`)} />
              <div>
                <strong>{service.name}</strong>{' '}
                <span className={styles['soft']}>{t(`services.states.${service.state}`)}</span>
                <div className={styles['soft']}>{t(`services.kinds.${service.kind}`)}</div>
              </div>
              <div className={styles['buttons']}>
                {service.state === 'stopped' ? (
                  <Button
                    icon={<Start />}
                    aria-label={t('services.startNamed', { name: service.name })}
                    onClick={() => act(service.name, 'start')}
                  >
                    {t('services.start')}
                  </Button>
                ) : (
                  <>
                    <Button
                      tone="danger"
                      icon={<Skull />}
                      disabled={service.state !== 'up'}
                      aria-label={t('services.killNamed', { name: service.name })}
                      onClick={() => act(service.name, 'kill')}
                    >
                      {t('services.kill')}
                    </Button>
                    <Button
                      icon={<Square />}
                      aria-label={t('services.stopNamed', { name: service.name })}
                      onClick={() => act(service.name, 'stop')}
                    >
                      {t('services.stop')}
                    </Button>
                  </>
                )}
              </div>
            </li>
          ))}
        </ul>
        {change.error !== null && <Failure error={change.error} />}
      </div>
    </Panel>
  );
}
