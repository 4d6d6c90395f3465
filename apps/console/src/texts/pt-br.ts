import type { Texts, Translation } from '../i18n/texts.ts';

export default {
  nav: {
    label: 'Páginas',
    skip: 'Ir para a página',
    overview: 'Visão geral',
    accounts: 'Contas',
    operations: 'Operações',
    do: 'Fazer',
    ledger: 'Razão',
    play: 'Simular',
  },
  header: {
    language: 'Idioma',
    theme: 'Tema',
    themes: { system: 'Como no sistema', light: 'Claro', dark: 'Escuro' },
    signOut: 'Sair',
    key: 'Sessão aberta com a chave {{name}}, escopo {{scope}}',
  },
  bank: {
    label: 'Estado do banco',
    unknown: 'Verificando',
    well: 'Tudo no ar',
    accepting: 'Razão inacessível, ainda aceitando',
    impaired: 'Funcionando, uma parte fora do ar',
    unreachable: 'Serviço inacessível',
  },
  signIn: {
    title: 'Entrar',
    lead: 'Veja o banco funcionar.',
    key: 'Chave',
    keyHint: '“lastro up” mostra onde está a primeira.',
    keep: 'Guardar até esta aba ser fechada',
    submit: 'Entrar',
    faults: {
      unknown_key: 'O banco não aceita esta chave: é desconhecida, expirou ou foi revogada.',
      ended: 'O banco não aceita mais a chave: ela expirou ou foi revogada. Entre com outra.',
      unreachable: 'O serviço não responde. Tente de novo em instantes.',
      ledger_unreachable: 'O razão está inacessível. Tente de novo em instantes.',
    },
  },
  states: {
    loading: 'Carregando',
    retry: 'Tentar de novo',
    unreachable: 'O serviço não responde',
    unreachableHint: 'A consulta se repete sozinha.',
    ledgerUnreachable: 'O razão está inacessível',
    ledgerUnreachableHint:
      'As operações ainda são aceitas e serão lançadas quando ele voltar. A consulta se repete sozinha.',
    failed: 'Não funcionou',
    refusedKey: 'O banco não aceita a chave',
    notFound: 'Não há nada aqui',
    notFoundHint: 'O endereço não leva a nenhuma página.',
    notAllowed: 'A chave não permite ver isto',
  },
  actions: {
    close: 'Fechar',
    cancel: 'Cancelar',
    copy: 'Copiar',
    copied: 'Copiado',
    more: 'Mostrar mais',
  },
  toasts: { label: 'Mensagens', dismiss: 'Dispensar' },
  money: {
    faults: {
      empty: 'Escreva um valor.',
      not_an_amount: 'Escreva como {{example}}.',
      too_many_decimals: 'Casas decimais demais: escreva como {{example}}.',
      too_large: 'Maior do que um valor pode ser.',
    },
  },
  lights: { good: 'Em ordem', bad: 'Violada', warn: 'Atenção', unknown: 'Não se sabe' },
} satisfies Translation<Texts['console']>;
