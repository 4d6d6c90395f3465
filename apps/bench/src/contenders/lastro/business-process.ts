import { startBusinessService } from '@lastro/business-service';
import { serve } from '../../processes/serve.ts';

await serve('business-service', startBusinessService);
