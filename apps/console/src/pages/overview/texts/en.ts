export default {
  title: 'Overview',
  services: 'Services',
};
