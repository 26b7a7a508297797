import { annotationValue, labelName, labelValue } from '../label.ts';
import { map } from '../schema/map.ts';

export const labels = map(labelName, labelValue);
export const annotations = map(labelName, annotationValue);
