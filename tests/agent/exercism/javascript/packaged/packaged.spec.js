import { packaged } from './packaged';
