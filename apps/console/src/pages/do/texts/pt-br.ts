import type { Texts, Translation } from '../../../i18n/texts.ts';

export default {
  title: 'Fazer',
  lead: 'O que é enviado aqui está em disco antes da resposta, e tem efeito uma só vez.',
  form: 'Nova operação',
  tabs: {
    deposit: 'Depositar',
    withdrawal: 'Sacar',
    transfer: 'Transferir',
    hold: 'Reservar',
    capture: 'Capturar',
  },
  deeds: {
    deposit: 'Depositar',
    withdrawal: 'Sacar',
    transfer: 'Transferir',
    hold: 'Reservar o valor',
    capture: 'Capturar a reserva',
  },
  fields: {
    from: 'Da conta',
    to: 'Para a conta',
    amount: 'Valor',
    amountOfCapture: 'Vazio: tudo o que está reservado.',
    description: 'Descrição (opcional)',
    hold: 'Reserva',
    expires: 'Liberada sozinha',
  },
  expiries: { never: 'Nunca', minutes: 'Após 15 minutos', day: 'Após um dia', week: 'Após uma semana' },
  account: {
    empty: 'O id de uma conta.',
    no_id: 'Só letras, dígitos e . _ : -, no máximo 64.',
    looked_for: 'Procurando…',
    missing: 'Esta conta não existe.',
    unknown: 'O razão não pode ser consultado agora.',
    available: 'disponível',
  },
  hold: {
    hint: 'O id da operação que a fez.',
    noId: 'Isto não é o id de uma operação.',
  },
  sent: {
    title: 'Enviadas daqui',
    empty: 'Nada foi enviado ainda',
    emptyHint: 'Cada operação aparece aqui na hora, e o resultado assim que chega.',
    capture: 'Capturar',
    look: 'Ver',
  },
} satisfies Translation<Texts['do']>;
