import { startDataService } from '@lastro/data-service';
import { serve } from '../../processes/serve.ts';

await serve('data-service', startDataService);
